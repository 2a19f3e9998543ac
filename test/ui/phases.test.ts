import { describe, expect, it } from 'vitest';
import { phasesOf } from '../../ui/run/phases.ts';
import { viewOf } from '../../ui/run/run-view.ts';
import { requested } from './requested.ts';

describe('the phases of an outage', () => {
  const record = requested({ scenario: 'power-off', seed: 1, until: '40s', set: [] });
  const view = viewOf(record);

  it('follow each other without a gap, from its start to its end', () => {
    for (const outage of record.result.outages) {
      const phases = phasesOf(view, outage);
      expect(phases[0]?.fromMs).toBe(outage.from_ms);
      expect(phases.at(-1)?.toMs).toBe(outage.to_ms ?? record.until_ms);
      phases.forEach((phase, index) => {
        expect(phase.toMs).toBeGreaterThan(phase.fromMs);
        if (index > 0) expect(phase.fromMs).toBe(phases[index - 1]!.toMs);
      });
    }
  });

  it('of the first one after the power is cut are the detection of keepalived, then the checks of HAProxy', () => {
    const [first] = record.result.outages.filter(({ service }) => service === 'api.read');
    const [detection, ...rest] = phasesOf(view, first!);
    expect(detection!.name).toBe('detection');
    const moved = record.result.vip.find(({ at_ms, holders }) => at_ms > 10_000 && holders.length > 0);
    expect(detection!.toMs).toBe(moved!.at_ms);
    expect(detection!.host).toBe(moved!.holders[0]);
    expect(rest.map(({ name }) => name)).toContain('backend check');
  });
});
