/** The scene in words: what the drawing shows, for those who do not see it, and its one-line summary. */
import type { Scene, SceneHost } from '../run/scene-at.ts';
import { isOutside } from './layout.ts';

/** `VIP on m2. etcd: m3 leads, term 3.` */
export function summaryOf(scene: Scene): string {
  const parts: string[] = [];
  if (scene.vip !== null) {
    const holders = scene.vipHolders;
    parts.push(holders.length === 0 ? 'VIP on no host' : `VIP on ${holders.join(' and ')}`);
  }
  if (scene.term !== null) {
    parts.push(
      scene.leader === null ? 'etcd without leader' : `${scene.leader} leads etcd, term ${scene.term}`,
    );
  }
  return parts.join(' · ');
}

export function sentenceOf(host: SceneHost, scene: Scene): string {
  if (isOutside(host)) {
    const services = scene.services.map(({ name, state }) => `${name} ${state}`);
    return `${host.name}, outside the cluster: ${services.join(', ') || 'no services probed'}.`;
  }
  const parts = [`${host.name}, ${host.role}: power ${host.power.state}`];
  if (host.holdsVip) parts.push('has the VIP');
  if (host.node !== undefined) parts.push(`node ${host.node}`);
  for (const { name, state } of host.processes) parts.push(`${name} ${state}`);
  if (host.power.tone !== 'off' && host.backends.length > 0) {
    const servers = host.backends.map(({ server, state }) => `${server} ${state}`);
    parts.push(`its balancer sees ${servers.join(', ')}`);
  }
  return `${parts.join('; ')}.`;
}
