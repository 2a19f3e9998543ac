/** The command that replays suites: what it finds, what it prints. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { raftMachine } from '../../models/etcd/raft/machine.ts';
import { compiledProgram } from '../../sim/compiled.ts';
import { dataDrivenFiles, printResults, replayFolder, replayText } from './raft-runner.ts';

const program = compiledProgram(raftMachine);
const here = import.meta.dirname;

describe('replaying', () => {
  it('takes a folder as deep as it is, without what only says where it comes from', () => {
    const files = dataDrivenFiles(join(here, 'raft'));
    expect(files.length).toBe(23);
    expect(files.some((file) => file.includes('PROVENANCE'))).toBe(false);
  });

  it('closes with how many passed and failed', () => {
    const results = replayFolder(join(here, 'raft', 'quorum'), program);
    expect(printResults(results)).toBe('2 passed, 0 failed\n');
  });

  it('shows the first line that differs, where it is, and the lines before it', () => {
    const text = 'add-nodes 1 voters=(1) index=2\n----\nINFO 1 switched to configuration voters=(1)\nother\n';
    const result = { file: 'x.txt', ...replayText(text, program) };
    expect(printResults([result])).toBe(`FAIL x.txt
    line 4, in: add-nodes 1 voters=1 index=2 (line 1)
      INFO 1 switched to configuration voters=(1)
    - other
    + INFO 1 became follower at term 0

0 passed, 1 failed
`);
  });

  it('sees missing and superfluous lines at the end', () => {
    const state = 'add-nodes 1\n----\nINFO 1 switched to configuration voters=()\n';
    expect(replayText(state, program).difference).toContain(
      '- (end of output)\n    + INFO 1 became follower',
    );
    const more = 'raft-state\n----\nok\nmore\n';
    expect(replayText(more, program).difference).toContain('- more\n    + (end of output)');
  });

  it('gives an unknown command, a wrong argument and a programming error as text of the directive', () => {
    for (const [text, expected] of [
      ['nonsense\n----\nunknown command\n', null],
      ['log-level loud\n----\nlog levels must be either of [DEBUG INFO WARN ERROR FATAL NONE]\n', null],
      ['add-nodes 1 voters=(1) index=1\n----\nindex must be specified as > 1 due to bootstrap\n', null],
      ['add-nodes 1 read-only=never\n----\ninvalid read-only option "never"\n', null],
      ['campaign 7\n----\nok\n', '+ there is no node 7'],
    ] as const) {
      const { difference } = replayText(text, program);
      if (expected === null) expect(difference).toBeNull();
      else expect(difference).toContain(expected);
    }
  });
});
