import { defineConfig } from "vitest/config";

export default defineConfig({
  // A configuration imports the package by its name, as the command line lets it.
  resolve: { alias: { quayside: new URL("src/config/index.ts", import.meta.url).pathname } },
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts", "examples/**/*.test.ts", "bench/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: "forks",
  },
});
