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
    // Modules of ours do nothing by being loaded: what the first view does not use waits in a bundle of its own.
    rollupOptions: {
      // zod's comments for another bundler, which this one does not read.
      onwarn: (warning, warn) => {
        if (warning.code !== "INVALID_ANNOTATION") warn(warning);
      },
      treeshake: { moduleSideEffects: (id) => !/[\\/]packages[\\/][^\\/]+[\\/]dist[\\/]/.test(id) },
    },
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
