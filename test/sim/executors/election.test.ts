import { expect, test } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import { election, MEMBERS, recordElection, replayElection } from '../../../bench/election.ts';
import { compiledProgram } from '../../../sim/compiled.ts';
import { referenceProgram } from '../../../sim/reference.ts';

const machine = election as unknown as AnyStateMachine;

test('five electing members receive the same under both executors, and end alike', () => {
  const received = recordElection(compiledProgram(machine), 250);
  expect(recordElection(referenceProgram(machine), 250)).toEqual(received);
  const ends = replayElection(compiledProgram(machine), received);
  expect(replayElection(referenceProgram(machine), received)).toEqual(ends);
});

test('the measured run has elections, and each leaves one leader', () => {
  const program = compiledProgram(machine);
  const received = recordElection(program, 250);
  const elected = new Set(
    received.flatMap(({ event }) => (event.type === 'heartbeat' ? [(event as { from?: number }).from] : [])),
  );
  expect(elected.size).toBeGreaterThan(1);
  const ends = replayElection(program, received).map(({ leaf }) => program.leaves[leaf]);
  expect(ends.filter((leaf) => leaf === 'leader')).toHaveLength(1);
  expect(ends.filter((leaf) => leaf === 'follower')).toHaveLength(MEMBERS - 1);
});
