import tseslint from "typescript-eslint";
import importX from "eslint-plugin-import-x";
import { createTypeScriptImportResolver } from "eslint-import-resolver-typescript";

/**
 * Imports point down only: index -> components -> pipeline -> report/platforms -> postgres; scripts and tasks -> pipeline
 * and below. Each zone names the folder and what it may not reach.
 */
const zones = [
  {
    target: "./postgres",
    from: ["./index.ts", "./components", "./pipeline", "./platforms", "./report", "./scripts"],
  },
  { target: "./platforms", from: ["./index.ts", "./components", "./pipeline", "./report", "./scripts"] },
  { target: "./report", from: ["./index.ts", "./components", "./pipeline", "./platforms", "./scripts"] },
  { target: "./pipeline", from: ["./index.ts", "./components", "./scripts"] },
  { target: "./components", from: ["./index.ts", "./scripts"] },
];

export default tseslint.config(
  { ignores: ["node_modules/**"] },
  ...tseslint.configs.recommendedTypeChecked.map((config) => ({ ...config, files: ["**/*.ts"] })),
  {
    files: ["**/*.ts"],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "import-x": importX },
    settings: { "import-x/resolver-next": [createTypeScriptImportResolver()] },
    rules: {
      curly: ["error", "multi-line"],
      eqeqeq: "error",
      "no-console": "error",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "import-x/no-cycle": "error",
      "import-x/no-restricted-paths": ["error", { basePath: import.meta.dirname, zones }],
      "no-restricted-imports": "off",
    },
  },
  {
    files: ["postgres/**/*.ts", "platforms/**/*.ts", "report/**/*.ts", "pipeline/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [{ group: ["@pulumi/*"], message: "What happens at run time knows nothing of Pulumi." }],
        },
      ],
    },
  },
  {
    // Serialised into the state: every method loads the real code by `require`, see the file.
    files: ["components/stages/provider.ts"],
    rules: {
      "@typescript-eslint/no-require-imports": "off",
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
    },
  },
  {
    files: ["scripts/**/*.ts", "test/**/*.ts", "bench/**/*.ts"],
    rules: { "no-console": "off" },
  },
);
