import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { root } from '../../../src/config/tables/root.ts'

const config = join(process.cwd(), 'src/config')

test('what an edge loads to read its configuration has no use for the large form of zod', t => {
  for (const file of readdirSync(config, { recursive: true, encoding: 'utf8' })) {
    if (file.endsWith('.ts')) t.notMatch(readFileSync(join(config, file), 'utf8'), /from 'zod'/, file)
  }
  t.end()
})

test('no schema is made of a key that the file does not have', t => {
  const made: string[] = []
  const keys = root.inner?.section.keys ?? []
  for (const [property, { kind }] of keys) {
    const { schema } = kind
    Object.assign(kind, {
      schema: () => {
        made.push(property)
        return schema()
      }
    })
  }
  t.notOk(root.schema().safeParse({ mqtt: {}, vars: {} }).success, 'the other blocks are missing')
  t.same(made, ['mqtt', 'vars'])
  t.end()
})
