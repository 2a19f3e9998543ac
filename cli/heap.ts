/**
 * How much garbage a process lets lie. A world lives of records that outlast a collection of the young and are garbage soon
 * after; Node collects the old when they are some four times what is in use, so that a day of 40 MB peaks at 300. Half as
 * much again as is in use costs no time that could be measured (docs/decisions/0005-speed.md).
 *
 * Source: Node 20 --v8-options, `--heap-growing-percent`; V8 reads it at each collection, so it may be set at any time.
 */
import { setFlagsFromString } from 'node:v8';

const GROWTH_PERCENT = 50;

/** For this process and its threads. */
export function collectSooner(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
}
