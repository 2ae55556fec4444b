class Unused {}

/** Asked of every client: ours signs in by its key. */
export const isX509WorkloadIdentity = () => false;

// The SDK's client makes an object of every part of the API, has ways to sign in by certificates, and its chat has
// helpers that collect a stream or run tools. wrangler.toml puts these in the place of the largest that we never call:
// a quarter of the upload.
export {
  Unused as Admin,
  Unused as Audio,
  Unused as assertX509RequestOptions,
  Unused as Beta,
  Unused as ChatCompletionRunner,
  Unused as ChatCompletionStream,
  Unused as ChatCompletionStreamingRunner,
  Unused as Containers,
  Unused as Conversations,
  Unused as Evals,
  Unused as FineTuning,
  Unused as Graders,
  Unused as Realtime,
  Unused as Responses,
  Unused as Skills,
  Unused as snapshotX509RequestOptions,
  Unused as VectorStores,
  Unused as Videos,
  Unused as Webhooks,
  Unused as WorkloadIdentityAuth,
  Unused as X509WorkloadIdentityAuth,
};
