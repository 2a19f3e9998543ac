/** The data-driven files of etcd-io/raft that ship with Quorate and ours in the same format, in both executors. */
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { raftMachine } from '../../models/etcd/raft/machine.ts';
import { compiledProgram } from '../../sim/compiled.ts';
import { referenceProgram } from '../../sim/reference.ts';
import { dataDrivenFiles, replayText } from './raft-runner.ts';

const programs = { compiled: compiledProgram(raftMachine), reference: referenceProgram(raftMachine) };
const here = import.meta.dirname;

describe.each(['raft', 'raft-own'])('%s', (folder) => {
  for (const path of dataDrivenFiles(join(here, folder))) {
    const text = readFileSync(path, 'utf8');
    describe(relative(here, path), () => {
      it.each(Object.entries(programs))('gives the same text, %s', (_, program) => {
        expect(replayText(text, program).difference).toBeNull();
      });
    });
  }
});
