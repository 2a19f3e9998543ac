/**
 * Over drawn failure sets (power-off and systemctl stop), fault times and seeds, on the reference topologies.
 * QUORATE_RUNS says how many runs a topology (the soak draws more).
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { failures, scenarioOfFailures } from '../../properties/failures.ts';
import { noAcknowledgedWriteLost } from '../../properties/no-acknowledged-write-lost.ts';
import { oneLeaderATerm } from '../../properties/one-leader-a-term.ts';
import { vipOnOneLiveHost } from '../../properties/vip-on-one-live-host.ts';
import { writesServedIffMajority } from '../../properties/writes-served-iff-majority.ts';
import { composed, session } from '../scenarios/runs.ts';

const RUNS = Number(process.env['QUORATE_RUNS'] ?? 6);
const PROPERTIES = [oneLeaderATerm, noAcknowledgedWriteLost, writesServedIffMajority, vipOnOneLiveHost];

const TOPOLOGIES = { 'stacked-1': 1, 'stacked-2': 2, 'stacked-3': 3, 'stacked-5': 3, 'external-3+3': 3 };

describe.each(Object.entries(TOPOLOGIES))('%s, up to %i failures', (topology, most) => {
  test(PROPERTIES.map(({ sentence }) => sentence).join(' '), () => {
    const { topology: data } = composed(scenarioOfFailures(topology, []));
    fc.assert(
      fc.property(failures(data, most), fc.integer({ min: 1, max: 1_000_000 }), (failed, seed) => {
        const run = session(scenarioOfFailures(topology, failed), seed);
        for (const { sentence, violation } of PROPERTIES) {
          const wrong = violation(run, failed);
          if (wrong !== undefined)
            throw new Error(`${sentence} But: ${wrong}. seed ${seed}, failures ${JSON.stringify(failed)}`);
        }
      }),
      { seed: 7, numRuns: RUNS, endOnFailure: true },
    );
    expect(data.hosts.length).toBeGreaterThan(1);
  }, 3_600_000);
});
