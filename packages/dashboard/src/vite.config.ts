import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/**
 * The page's bundle: packages/dashboard/dist, beside which the compiler's own output (compiled/dist) is for tests. No
 * asset is inlined as a data: URL that the page's content security policy would refuse.
 */
export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
