/**
 * Whether the balancer can listen where it is told to.
 *
 * Sources: bind(2) EADDRINUSE, EADDRNOTAVAIL; kernel ip-sysctl `ip_nonlocal_bind` (default 0); kube-apiserver
 * --bind-address 0.0.0.0, --secure-port 6443.
 */
import type { Complaint, LintRule } from './lint.ts';
import { listed } from './lint.ts';

export const portClash: LintRule = {
  name: 'port-clash',
  severity: 'error',
  about: 'Balancer and apiserver want the same port on the same host: whoever starts second does not start.',
  cure: 'Let the balancer listen on another port, and name that one in controlPlaneEndpoint.',
  find: ({ balancers, apiserverPort }) =>
    balancers.flatMap(({ file, binds, hosts }): Complaint[] => {
      const shared = hosts.filter(({ controlPlane }) => controlPlane);
      const clash = binds.find(({ port }) => port === apiserverPort);
      if (!clash || shared.length === 0) return [];
      const message = `HAProxy binds port ${apiserverPort} on ${listed(shared.map(({ name }) => name))}, where the apiserver listens on it: whichever of the two starts second cannot`;
      return [{ file: file.path, line: clash.line, message }];
    }),
};

export const vipBindWithoutNonlocal: LintRule = {
  name: 'vip-bind-without-nonlocal',
  severity: 'error',
  about: 'HAProxy is bound to the VIP, which a backup does not have, and ip_nonlocal_bind is not set.',
  cure: 'Bind to `*`, or set net.ipv4.ip_nonlocal_bind = 1 on every host.',
  find: ({ balancers, virtualRouters, sources }) =>
    balancers.flatMap(({ file, sections, binds, hosts }): Complaint[] => {
      const vips = virtualRouters.flatMap(({ routers }) =>
        routers.flatMap(({ config }) => config.virtualIpAddresses),
      );
      const allowed = (host: string) =>
        sources.nonlocalBind.some((setting) => setting.file.host === undefined || setting.file.host === host);
      const transparent = new Set(
        sections.flatMap(({ lines }) =>
          lines
            .filter(
              ({ words }) => words[0]?.text === 'bind' && words.some(({ text }) => text === 'transparent'),
            )
            .map(({ line }) => line),
        ),
      );
      const bind = binds.find(
        ({ address, line }) => address !== undefined && vips.includes(address) && !transparent.has(line),
      );
      const without = hosts.filter(({ name }) => !allowed(name));
      if (!bind || without.length === 0) return [];
      const message = `HAProxy binds the VIP ${bind.address} and no sysctl.conf of ${listed(without.map(({ name }) => name))} sets net.ipv4.ip_nonlocal_bind = 1: it does not start on a host that does not have the VIP, and so not after a failover`;
      return [{ file: file.path, line: bind.line, message }];
    }),
};
