/**
 * Puts functions in the place of natives: with the native's name, length and attributes, since programs can see these
 * and SES asks for some of them.
 */
const { defineProperty, getOwnPropertyDescriptor } = Object;
const { ownKeys } = Reflect;

type Holder = Record<PropertyKey, unknown>;

/** Replaces the methods of `holder` by those of `methods`, key by key. Each must be there. */
export const replaceMethods = (holder: object, methods: object): void => {
  for (const key of ownKeys(methods)) {
    const native = getOwnPropertyDescriptor(holder, key);
    if (native === undefined) throw new Error(`there is no native ${String(key)} to replace`);
    const method = getOwnPropertyDescriptor(methods, key)?.value as object;
    alike(method, native.value as object);
    defineProperty(holder, key, { ...native, value: method });
  }
};

const alike = (method: object, native: object): void => {
  for (const key of ["name", "length"])
    defineProperty(method, key, getOwnPropertyDescriptor(native, key) as PropertyDescriptor);
};

/**
 * Replaces the global constructor `name`. The new one gets all that the native has, its prototype included, so that
 * what the native makes, and what syntax makes, is an instance of it.
 */
export const replaceConstructor = (name: string, made: object): void => {
  const native = (globalThis as unknown as Holder)[name] as Holder;
  for (const key of ownKeys(native))
    defineProperty(made, key, getOwnPropertyDescriptor(native, key) as PropertyDescriptor);
  Object.setPrototypeOf(made, Object.getPrototypeOf(native) as object);
  replaceValue(native.prototype as object, "constructor", made);
  replaceValue(globalThis, name, made);
};

const replaceValue = (holder: object, key: string, value: object): void => {
  defineProperty(holder, key, { ...getOwnPropertyDescriptor(holder, key), value });
};
