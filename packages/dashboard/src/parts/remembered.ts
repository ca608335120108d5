import { useState } from "react";

/** What the browser remembers under a name; null where it remembers nothing, or may not. */
const recall = (name: string): string | null => {
  try {
    return localStorage.getItem(`dure.${name}`);
  } catch {
    return null;
  }
};

const remember = (name: string, value: string): void => {
  try {
    localStorage.setItem(`dure.${name}`, value);
  } catch {
    // A browser that remembers nothing asks again next time.
  }
};

/** A choice that outlives the page; `read` makes it from what was remembered. */
export const useRemembered = <T extends string>(
  name: string,
  read: (remembered: string | null) => T,
): readonly [T, (value: T) => void] => {
  const [value, setValue] = useState(() => read(recall(name)));
  return [
    value,
    (next) => {
      remember(name, next);
      setValue(next);
    },
  ];
};
