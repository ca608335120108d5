import { createContext, type ReactNode, useContext, useSyncExternalStore } from "react";
import type { Cell } from "../live/cell.ts";
import type { Network } from "../live/network.ts";
import type { Catalogue } from "../text/catalogue.ts";
import type { Language } from "../text/language.ts";

/** What every view may use. */
export type Page = {
  readonly network: Network;
  readonly text: Catalogue;
  readonly language: Language;
};

const PageContext = createContext<Page | undefined>(undefined);

/** Gives the views below it their page. */
export const PageProvider = ({ page, children }: { readonly page: Page; readonly children: ReactNode }) => (
  <PageContext value={page}>{children}</PageContext>
);

/** The page that this view stands in. */
export const usePage = (): Page => {
  const page = useContext(PageContext);
  if (page === undefined) throw new Error("a view stands outside the page");
  return page;
};

/** A cell's value, kept up to date. */
export const useCell = <T,>(cell: Cell<T>): T => useSyncExternalStore(cell.watch, cell.get);
