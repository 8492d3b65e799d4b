/** Filters as NanoMQ shows them: one list of nodes for each depth, each node with how many it has below it and who has subscribed there. */

export interface TopicNode {
  readonly topic: string
  readonly cld_cnt: number
  readonly clientid?: readonly string[]
}

interface Node {
  readonly topic: string
  readonly below: Map<string, Node>
  readonly clients: string[]
}

export function topicTree (subscriptions: readonly { readonly clientId: string, readonly filter: string }[]): readonly (readonly TopicNode[])[] {
  const root: Node = { topic: '', below: new Map(), clients: [] }
  for (const { clientId, filter } of subscriptions) {
    let node = root
    for (const level of filter.split('/')) {
      const next = node.below.get(level) ?? { topic: level, below: new Map(), clients: [] }
      node.below.set(level, next)
      node = next
    }
    node.clients.push(clientId)
  }
  const depths: TopicNode[][] = []
  for (let nodes = [root]; nodes.length > 0; nodes = nodes.flatMap(({ below }) => [...below.values()])) {
    depths.push(nodes.map(({ topic, below, clients }) => ({ topic, cld_cnt: below.size, ...(clients.length === 0 ? {} : { clientid: clients }) })))
  }
  return depths
}
