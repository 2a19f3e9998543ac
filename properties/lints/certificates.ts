/**
 * Whose certificate clients see, and what names stand in it.
 *
 * Sources: k/k cmd/kubeadm/app/util/pkiutil GetAPIServerAltNames (the host's name and address, the Service `kubernetes`,
 * controlPlaneEndpoint, apiServer.certSANs); kubeadm docs/ha-considerations.md (TLS termination is handled by the API Server).
 */
import type { Deployment } from './deployment.ts';
import type { Complaint, LintRule } from './lint.ts';

/** What the files say that stands in the certificates of the apiservers, beside what every host adds of its own. */
function namesInCertificates({ sources, masters }: Deployment): Set<string> {
  const said = sources.kubeadm.flatMap(({ config }) => [
    ...(config.controlPlaneEndpoint === undefined ? [] : [config.controlPlaneEndpoint.value.host]),
    ...(config.advertiseAddress === undefined ? [] : [config.advertiseAddress.value]),
    ...config.certSANs,
  ]);
  const init = sources.commands.flatMap(({ commands }) =>
    commands.flatMap(({ verb, endpoint }) => (verb === 'init' && endpoint ? [endpoint.value.host] : [])),
  );
  const own = masters.flatMap(({ name, address }) => (address === undefined ? [name] : [name, address]));
  return new Set([...said, ...init, ...own]);
}

export const certificateLacksEndpoint: LintRule = {
  name: 'certificate-lacks-endpoint',
  severity: 'error',
  about: 'Somebody joins by an address that stands in no certificate of the apiservers.',
  cure: 'Name it in apiServer.certSANs, and make the certificate of the apiserver again on every master.',
  find: (deployment) => {
    const { sources, endpoints } = deployment;
    // Without the cluster's own configuration nobody knows what its certificates hold.
    if (!sources.kubeadm.some(({ config }) => config.controlPlaneEndpoint !== undefined)) return [];
    const names = namesInCertificates(deployment);
    return endpoints
      .filter(({ host, address }) => !names.has(host) && !(address !== undefined && names.has(address)))
      .map(({ by, host, file, line }): Complaint => {
        const message = `${by} names ${host}, which is neither controlPlaneEndpoint nor among certSANs: x509, certificate is valid for other names, not ${host}`;
        return { file, line, message };
      });
  },
};

export const tlsEndsAtBalancer: LintRule = {
  name: 'tls-ends-at-balancer',
  severity: 'error',
  about: 'The balancer ends TLS before the apiservers: they never see the certificates of their clients.',
  cure: 'Remove ssl from the bind line, and pass connections on with mode tcp.',
  find: ({ balancers }) =>
    balancers.flatMap(({ file, binds }) =>
      binds
        .filter(({ ssl }) => ssl)
        .map(({ line }): Complaint => {
          const message =
            'the balancer ends TLS here, and kubelets and kubectl show their certificates to it: for the apiserver they are anonymous';
          return { file: file.path, line, message };
        }),
    ),
};
