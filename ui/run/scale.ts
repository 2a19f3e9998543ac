/** A linear scale, as d3-scale's, without what that one brings for colours and dates: a tenth of the page. */
import { ticks as ticksBetween } from 'd3';

export interface LinearScale {
  (value: number): number;
  invert(position: number): number;
  /** Round values in the domain, about as many as wanted. */
  ticks(count: number): number[];
  /** The two that d3-axis asks for. */
  copy(): LinearScale;
  range(): readonly [number, number];
}

export function linearScale(
  domain: readonly [number, number],
  range: readonly [number, number],
): LinearScale {
  const [from, to] = domain;
  const [start, end] = range;
  const scale = (value: number) => start + ((value - from) / (to - from || 1)) * (end - start);
  return Object.assign(scale, {
    invert: (position: number) => from + ((position - start) / (end - start || 1)) * (to - from),
    ticks: (count: number) => ticksBetween(from, to, count),
    copy: () => linearScale(domain, range),
    range: () => range,
  });
}
