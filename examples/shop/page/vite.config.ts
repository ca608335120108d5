import { defineConfig } from "vite";

/** `npx vite build examples/shop/page` makes dist/; `npx vite examples/shop/page` serves it while you change it. */
export default defineConfig({ base: "./", build: { target: "es2022", assetsInlineLimit: 0 } });
