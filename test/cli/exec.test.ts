/** `quorate exec`: one command at a moment of a run. */
import { describe, expect, test } from 'vitest';
import { quorate } from './command.ts';

describe('quorate exec', () => {
  test('prints what the command prints, its exit code and how long it took, and ends with that code', async () => {
    const { stdout, exitCode } = await quorate(
      'exec',
      'etcd/two-members',
      '--at',
      '10s',
      '--on',
      'm1',
      '--',
      'etcdctl',
      'endpoint',
      'health',
    );
    expect(stdout).toContain('is unhealthy: failed to commit proposal: context deadline exceeded');
    expect(stdout).toMatch(/\(m1: exit code 1, took 5\.\d{3} s\)\n$/);
    expect(exitCode).toBe(1);
  });

  test('gives it all as one object', async () => {
    const { stdout, exitCode } = await quorate(
      'exec',
      'etcd/honest-disk',
      '--at',
      '5s',
      '--json',
      '--',
      'etcdctl version',
    );
    expect(JSON.parse(stdout)).toMatchObject({
      at_ms: 5000,
      host: 'm1',
      exit_code: 0,
      hung_ms: 0,
      steps: [],
    });
    expect(exitCode).toBe(0);
  });

  test('a command that is not there is exit code 127 and a list of those that are', async () => {
    const { stdout, exitCode } = await quorate(
      'exec',
      'etcd/honest-disk',
      '--at',
      '5s',
      '--',
      'kubeclt',
      'get',
      'nodes',
    );
    expect(stdout).toContain('sh: 1: kubeclt: not found');
    expect(exitCode).toBe(127);
  });

  test('nobody is on a host that is not there', async () => {
    const { stderr, exitCode } = await quorate(
      'exec',
      'etcd/honest-disk',
      '--at',
      '5s',
      '--on',
      'm9',
      '--',
      'true',
    );
    expect(stderr).toContain('m9');
    expect(exitCode).toBe(2);
  });
});
