import { type RefObject, useEffect, useRef } from "react";
import { useLocation } from "wouter";

/**
 * Begins each view at its top, with the focus on the element that the reference is given to, as a browser does that
 * loads a page. The first view is left alone.
 */
export const useArrival = (): RefObject<HTMLElement | null> => {
  const main = useRef<HTMLElement>(null);
  const [path] = useLocation();
  const last = useRef(path);
  useEffect(() => {
    if (last.current === path) return;
    last.current = path;
    main.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [path]);
  return main;
};
