/** Natives that change what freezing does not protect, or tell what is frozen: see ../seal.ts. */
import { BYTES } from "../instrument/unit.ts";
import { allocate } from "../meter.ts";
import { guardChange, guardLook, guardRefusal } from "../seal.ts";
import { replaceMethods } from "./replace.ts";

const { apply } = Reflect;
const { fromEntries, getOwnPropertyNames } = Object;
const { startsWith } = String.prototype;

type Method = (...args: unknown[]) => unknown;

const wrapped = (
  holder: object,
  names: readonly string[],
  guard: (self: unknown, args: unknown[]) => void,
): void =>
  replaceMethods(
    holder,
    fromEntries(
      names.map((name) => {
        const native = (holder as Record<string, Method>)[name] as Method;
        const method = {
          [name](this: unknown, ...args: unknown[]): unknown {
            guard(this, args);
            const result = apply(native, this, args);
            if (result === false) guardRefusal(holder);
            return result;
          },
        };
        return [name, method[name]];
      }),
    ),
  );

export const installGuarded = (): void => {
  const changes = (self: unknown): void => {
    guardChange(self);
  };
  wrapped(Map.prototype, ["clear"], changes);
  wrapped(Set.prototype, ["clear"], changes);
  wrapped(WeakMap.prototype, ["delete"], changes);
  wrapped(WeakSet.prototype, ["delete"], changes);
  const setters = getOwnPropertyNames(Date.prototype).filter((name) => apply(startsWith, name, ["set"]));
  wrapped(Date.prototype, setters, changes);
  // An engine swallows what is thrown at it while it closes an iterator: so these look before they throw.
  wrapped(Array.prototype, ["pop"], changes);
  wrapped(Object.prototype, ["__defineGetter__", "__defineSetter__"], changes);
  wrapped(Object, ["assign", "defineProperties", "defineProperty", "setPrototypeOf"], (_, [target]) => {
    guardChange(target);
  });
  const looks = (_: unknown, args: unknown[]): void => {
    guardLook(args[0]);
    guardLook(args[3]);
  };
  wrapped(Object, ["getOwnPropertyDescriptor", "isExtensible"], looks);
  wrapped(
    Reflect,
    [
      "defineProperty",
      "getOwnPropertyDescriptor",
      "isExtensible",
      "preventExtensions",
      "set",
      "setPrototypeOf",
    ],
    looks,
  );
  wrapped(Reflect, ["deleteProperty"], (self, args) => {
    allocate(BYTES.deletion);
    looks(self, args);
  });
};
