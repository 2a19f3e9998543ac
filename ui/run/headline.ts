/** The few numbers that a run comes down to, for the top of its result. */
import type { RunRecord } from '../../scenarios/run-record.ts';
import { lengthText } from './times.ts';

export interface Figure {
  readonly label: string;
  readonly value: string;
  readonly tone: 'good' | 'bad' | 'plain';
  /** Where to look at it. */
  readonly atMs: number | undefined;
}

/** Times are since the first fault; a run without one has only its services and expectations. */
export function headlineOf(record: RunRecord): Figure[] {
  const { result } = record;
  const fault = record.story.find(({ kind }) => kind === 'fault');
  const figures: Figure[] = [];
  for (const service of ['api.write', 'api.read']) {
    const outages = result.outages.filter((outage) => outage.service === service);
    const lost = outages.reduce((sum, { from_ms, to_ms }) => sum + (to_ms ?? record.until_ms) - from_ms, 0);
    figures.push({
      label: service === 'api.write' ? 'API writes disturbed' : 'API reads disturbed',
      value: outages.length === 0 ? 'never' : lengthText(lost),
      tone: outages.length === 0 ? 'good' : 'bad',
      atMs: outages[0]?.from_ms,
    });
  }
  if (fault) figures.push(...movesAfter(record, fault.at_ms));
  return figures;
}

function movesAfter(record: RunRecord, faultMs: number): Figure[] {
  const figures: Figure[] = [];
  const { vip, etcd_leader } = record.result;
  const before = (rows: readonly { readonly at_ms: number }[]) =>
    rows.findLastIndex(({ at_ms }) => at_ms < faultMs);
  const holders = vip[before(vip)]?.holders;
  const moved = vip.find(
    (row) => row.at_ms >= faultMs && row.holders.some((host) => !holders?.includes(host)),
  );
  if (moved) {
    const to = moved.holders.find((host) => !holders?.includes(host));
    figures.push({
      label: `VIP on ${to} after`,
      value: lengthText(moved.at_ms - faultMs),
      tone: 'plain',
      atMs: moved.at_ms,
    });
  }
  const old = etcd_leader[before(etcd_leader)];
  const elected = etcd_leader.find(
    ({ at_ms, member }) => at_ms >= faultMs && member !== null && member !== old?.member,
  );
  if (elected) {
    figures.push({
      label: `${elected.member} leads etcd after`,
      value: lengthText(elected.at_ms - faultMs),
      tone: 'plain',
      atMs: elected.at_ms,
    });
  }
  return figures;
}
