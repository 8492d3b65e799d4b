/** Marks of an outbox are by place of its lanes, which may be others after a restart; on disk they are by priority. */
import type { UpLane } from '../up/up-lanes.ts'
import type { KeptMarks, KeptStage } from './kept-spread.ts'
import type { Stage } from './stages.ts'

/** @param lanes of each link, by its place */
export function keptStage (stage: Stage, lanes: readonly (readonly UpLane[])[]): KeptStage {
  return stage.map((marks, place): KeptMarks => Object.fromEntries((lanes[place] ?? []).flatMap(({ priority, journal }, i) => {
    const mark = marks[i]
    return journal === null || mark === undefined ? [] : [[priority, mark]]
  })))
}

/** What is in memory only is from after every mark that was kept. */
export function stageOf (kept: KeptStage, lanes: readonly (readonly UpLane[])[]): Stage {
  return lanes.map((all, place) => all.map(({ priority, journal }) => journal === null ? -1 : kept[place]?.[priority] ?? -1))
}
