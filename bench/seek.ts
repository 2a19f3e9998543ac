/**
 * Time travel: how long it takes to have the world as it was at any moment, as CPU time of 100 seeks to random moments, one
 * by one. In a 10-minute run of bench/full-detail.yaml, and in a 24-hour run of a light world, the five idle members of
 * bench/etcd-idle.ts: running the full world forward for 24 hours would take longer than all other tables together.
 */
import { History } from '../sim/history.ts';
import { Streams } from '../sim/streams.ts';
import { SECOND_US } from '../sim/time.ts';
import { median } from './cpu.ts';
import { idleEtcdWorld } from './etcd-idle.ts';
import { fullDetailWorld } from './full-detail.ts';

const SEEKS = 100;
const TEN_MINUTES_US = 600 * SECOND_US;
const DAY_US = 24 * 3600 * SECOND_US;

export interface Seek {
  readonly medianMs: number;
  readonly ninetiethMs: number;
}

export function measureSeek(): Seek {
  return seekIn(new History(fullDetailWorld()), TEN_MINUTES_US);
}

export function measureSeek24h(): Seek {
  return seekIn(new History(idleEtcdWorld()), DAY_US);
}

/** Runs the history on for so long, then seeks. The moments are drawn from a seed. */
function seekIn(history: History, lengthUs: number): Seek {
  const { startUs } = history;
  history.runUntil(startUs + lengthUs);
  const streams = new Streams('seek');
  const seek = (): number => {
    const atUs = startUs + Math.floor(streams.next('moments') * lengthUs);
    const before = process.cpuUsage();
    const { nowUs } = history.at(atUs);
    const { user, system } = process.cpuUsage(before);
    if (nowUs !== atUs) throw new Error(`seeking ${atUs} us led to ${nowUs} us`);
    return (user + system) / 1000;
  };
  for (let i = 0; i < SEEKS / 4; i++) seek();
  const times = Array.from({ length: SEEKS }, seek).sort((a, b) => a - b);
  return { medianMs: median(times), ninetiethMs: times[Math.floor(SEEKS * 0.9)] as number };
}
