import { hostsWith } from '../models/cluster/topology.ts';
import type { Cell } from '../sim/state.ts';
import type { Property } from './property.ts';

/** Leads, in its own opinion: client-go's renew loop runs (elector.ts, state renew). */
function leads(cell: Cell): boolean {
  return cell.leaf >= 0 && (cell.program.leaves[cell.leaf] ?? '').startsWith('renew');
}

export const oneLeaseHolder: Property = {
  name: 'one-lease-holder',
  sentence:
    'At no moment two running processes both believe that they hold a lease, as long as clocks run apart by 10 % at most.',
  source:
    'client-go tools/leaderelection: the holder gives up renewDeadline (10 s) after its last renewal, others wait leaseDuration (15 s) from when they saw it; its comment on clock skew rate',
  claimedUnder: [
    'host power',
    'link',
    'process stop',
    'kill with restart',
    'kill without restart',
    'partition',
    'clock',
  ],
  needs: 'world',
  applies: (topology) => hostsWith(topology, 'kube-controller-manager').length > 0,
  judged: 'settled',
  violation: () => undefined,
  watch({ world, epochUs }) {
    let wrong: string | undefined;
    return {
      observe({ cell, leafBefore, leafAfter, atUs }) {
        if (cell === undefined || wrong !== undefined || leafBefore === leafAfter) return;
        if (!cell.member.startsWith('leader-election') || !leads(cell)) return;
        const own = world.processes[cell.process];
        for (const other of world.processes) {
          if (other === own || other.spec.name !== own?.spec.name || other.state !== 'running') continue;
          const index = other.members.get(cell.member);
          const peer = index === undefined ? undefined : world.cells[index];
          if (peer === undefined || !leads(peer)) continue;
          const host = (at: number): string => world.hosts[at]?.name ?? '';
          wrong = `${host(peer.host)} and ${host(cell.host)} both led as ${other.spec.name} at ${((atUs - epochUs) / 1_000_000).toFixed(3)} s`;
        }
      },
      wrong: () => wrong,
    };
  },
};
