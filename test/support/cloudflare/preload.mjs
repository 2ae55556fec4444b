// Loaded into `npm run deploy` by its tests: what answers at *.workers.dev and *.example.com is the account on loopback.
const open = globalThis.fetch;
globalThis.fetch = (input, init) => {
  const { hostname, pathname } = new URL(String(input));
  const isDeployed = /\.(workers\.dev|example\.com)$/.test(hostname);
  return open(isDeployed ? `${process.env.DEPLOYED_AT}/${hostname}${pathname}` : input, init);
};
