import neostandard from 'neostandard'
import tseslint from 'typescript-eslint'

const ts = ['src/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts']
const processExit = { object: 'process', property: 'exit', message: 'only main.ts ends the process: set an exit code or throw' }
const processEnv = { object: 'process', property: 'env', message: 'only config/environment.ts reads the environment: take it as a parameter' }
const hot = message => selector => ({ selector, message })

export default [
  ...neostandard({ ts: true, noJsx: true, ignores: ['dist/**', 'build/**', 'coverage/**', '.causeway/**'] }),
  ...tseslint.configs.strictTypeChecked.map(config => ({ ...config, files: ts })),
  {
    files: ts,
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 4],
      complexity: ['error', 12],
      'n/prefer-node-protocol': 'error',
      'no-void': ['error', { allowAsStatement: true }],
      // a const and the type of its values share one name; the compiler knows redeclarations
      '@typescript-eslint/no-redeclare': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off'
    }
  },
  {
    // one view, many offsets: the hot path passes numbers instead of allocating an object per message
    files: ['src/relay/**/*.ts', 'src/mqtt/**/*.ts'],
    rules: {
      'max-params': ['error', 6],
      'no-restricted-syntax': ['error', ...[
        'AwaitExpression', 'TryStatement', 'SpreadElement',
        'NewExpression[callee.name="Promise"]',
        'CallExpression[callee.property.name=/^(map|filter|reduce|forEach|concat|bind)$/]'
      ].map(hot('allocates or defers once per message: the hot path stays synchronous and flat'))]
    }
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/main.ts'],
    rules: { 'no-restricted-properties': ['error', processExit, processEnv], 'no-console': 'error' }
  },
  {
    files: ['src/config/environment.ts'],
    rules: { 'no-restricted-properties': ['error', processExit] }
  },
  {
    // these run in a browser; tsconfig.page.json checks their types
    files: ['src/admin/page/*.js'],
    languageOptions: { globals: { document: 'readonly', EventSource: 'readonly' } },
    rules: { 'no-void': ['error', { allowAsStatement: true }] }
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-floating-promises': ['error', {
        allowForKnownSafeCalls: [{ from: 'package', name: 'test', package: 'tap' }]
      }],
      '@typescript-eslint/require-await': 'off',
      'max-lines-per-function': 'off'
    }
  }
]
