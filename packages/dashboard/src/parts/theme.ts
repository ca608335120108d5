/** The page's themes; `system` follows the reader's system, also when that changes. */
export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

/** The theme that was chosen before. */
export const chooseTheme = (remembered: string | null): Theme =>
  THEMES.find((theme) => theme === remembered) ?? "system";
