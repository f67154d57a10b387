// Compiles the schemas of docs/openapi.yaml.
import { readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { parse } from 'yaml'

type Tree = { readonly [key: string]: Tree }

interface DescribedResponse {
  readonly headers: Readonly<Record<string, { readonly required: boolean; readonly check: ValidateFunction }>>
  /** By media type; empty where there is no body. */
  readonly content: Readonly<Record<string, ValidateFunction>>
}

/** docs/openapi.yaml, ready to check with. */
export interface Description {
  /** Every answer that the file knows, as `METHOD status`. */
  readonly answers: ReadonlyMap<string, DescribedResponse>
  /** Whether a value is a commit. */
  readonly isCommit: ValidateFunction
  /** The examples of the file, each with the schema that it has to fit. */
  readonly examples: readonly { readonly name: string; readonly value: unknown; readonly check: ValidateFunction }[]
}

const methods = ['get', 'patch', 'delete', 'options']
const prefix = '#/components/schemas/'

/** Reads the description and compiles its schemas, strictly: a misspelt keyword is an error. */
export function readDescription(): Description {
  const file = new URL('../../docs/openapi.yaml', import.meta.url)
  const document = parse(readFileSync(file, 'utf8')) as Tree
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictTypes: false, strictRequired: false, allErrors: true })
  ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/)
  // Each component becomes a schema of its own; a reference to it is its name.
  const local = (schema: unknown): object => JSON.parse(JSON.stringify(schema).replaceAll(prefix, ''))
  for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) ajv.addSchema({ $id: name, ...local(schema) })

  const follow = (node: Tree | undefined): Tree => {
    const reference = node?.$ref as unknown as string | undefined
    if (reference === undefined) return node ?? {}
    const target = reference
      .slice(2)
      .split('/')
      .reduce<Tree | undefined>((at, part) => at?.[part], document)
    if (!target) throw new TypeError(`${reference} leads nowhere`)
    return target
  }
  // Closed, so that a member that the handler sends and the file does not know is an error here.
  const closed = (schema: unknown): ValidateFunction => ajv.compile({ ...wrap(local(schema)), unevaluatedProperties: false })
  const wrap = (schema: object): object => ('anyOf' in schema ? schema : { allOf: [schema] })

  const toResponse = (node: Tree): DescribedResponse => ({
    headers: Object.fromEntries(
      Object.entries(node.headers ?? {}).map(([name, header]) => {
        const { required, schema } = follow(header)
        return [name.toLowerCase(), { required: Boolean(required), check: ajv.compile(local(schema)) }]
      }),
    ),
    content: Object.fromEntries(Object.entries(node.content ?? {}).map(([type, media]) => [type, closed(media.schema)])),
  })
  const operations = methods.map((method) => [method, document.paths?.['/session']?.[method] as Tree] as const)
  const answers = operations.flatMap(([method, { responses }]) =>
    Object.entries(responses as Tree).map(([status, node]) => [`${method.toUpperCase()} ${status}`, toResponse(follow(node))] as const),
  )
  const media = [
    ...operations.flatMap(([, { requestBody }]) => Object.values(requestBody?.content ?? {})),
    ...Object.values(document.components?.responses ?? {}).flatMap(({ content }) => Object.values(content ?? {})),
  ]
  return {
    answers: new Map(answers),
    isCommit: ajv.getSchema('Commit') as ValidateFunction,
    examples: media.flatMap(({ schema, examples }) =>
      Object.entries(examples ?? {}).map(([name, { value }]) => ({ name, value, check: ajv.compile(local(schema)) })),
    ),
  }
}
