/**
 * Makes a class of the host's errors one that a contract may catch. What it catches leads to nothing that it could write
 * to, and so to nothing that another call or another SCORE would find changed: class and prototype are frozen. Nor does it
 * lead to the class: `error.constructor` is the `Error` that contracts know, and not one of this process's own realm.
 */
export const closeError = (type: { readonly prototype: Error }): void => {
  Reflect.deleteProperty(type.prototype, "constructor");
  Object.freeze(type.prototype);
  Object.freeze(type);
};
