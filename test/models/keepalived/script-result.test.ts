/** KEEPALIVED.md section 6: the result counter of a track script. */
import { describe, expect, test } from 'vitest';
import { count, firstTally, type RunEnd, type Tally } from '../../../models/keepalived/script-result.ts';

const ok: RunEnd = { status: 0 };
const failed: RunEnd = { status: 1 };

/** The state after each run, and what was logged. */
function run(
  rise: number,
  fall: number,
  ends: readonly RunEnd[],
): { states: (boolean | undefined)[]; lines: string[] } {
  let tally: Tally = firstTally(rise);
  let state: boolean | undefined;
  const states: (boolean | undefined)[] = [];
  const lines: string[] = [];
  for (const end of ends) {
    const counted = count('chk', rise, fall, tally, end);
    tally = counted.tally;
    lines.push(...counted.lines);
    if (counted.changed !== undefined) state = counted.changed.ok;
    states.push(state);
  }
  return { states, lines };
}

describe('the first result', () => {
  test('decides at once when it is a success, whatever rise says', () => {
    expect(run(5, 5, [ok]).states).toEqual([true]);
  });

  test('decides at once when it is a failure, whatever fall says', () => {
    const { states, lines } = run(5, 5, [failed]);
    expect(states).toEqual([false]);
    expect(lines).toEqual(['Script `chk` now returning 1', 'VRRP_Script(chk) failed (exited with status 1)']);
  });
});

test('it takes `fall` failures in a row to fail', () => {
  expect(run(2, 3, [ok, failed, failed, failed]).states).toEqual([true, true, true, false]);
});

test('one success in between gives the whole fall budget back', () => {
  expect(run(2, 3, [ok, failed, failed, ok, failed, failed, failed]).states).toEqual([
    ...[true, true, true, true, true, true, false],
  ]);
});

test('it takes `rise` successes in a row to come back', () => {
  expect(run(3, 1, [failed, ok, ok, ok]).states).toEqual([false, false, false, true]);
});

test('one failure restarts the rise count', () => {
  expect(run(3, 1, [failed, ok, ok, failed, ok, ok, ok]).states).toEqual([
    ...[false, false, false, false, false, false, true],
  ]);
});

test('with rise 1 and fall 1 each result counts', () => {
  expect(run(1, 1, [ok, failed, ok, failed]).states).toEqual([true, false, true, false]);
});

test('a change of the exit status is logged, and the state changes only when the count says so', () => {
  const { lines } = run(1, 2, [ok, failed, { status: 7 }]);
  expect(lines).toEqual([
    'VRRP_Script(chk) succeeded',
    'Script `chk` now returning 1',
    'Script `chk` now returning 7',
    'VRRP_Script(chk) failed (exited with status 7)',
  ]);
});

test('a timeout is a failure without a status', () => {
  expect(run(1, 1, [ok, 'timed_out']).lines).toEqual([
    'VRRP_Script(chk) succeeded',
    'VRRP_Script(chk) timed_out',
  ]);
});

test('only 0 is a success', () => {
  expect(run(1, 1, [{ status: 3 }]).states).toEqual([false]);
});
