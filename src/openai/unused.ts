class Unused {}

// The SDK's client makes an object of every part of the API, and its chat has helpers that collect a stream or run
// tools. wrangler.toml puts these in the place of the largest that we never call: a fifth of the upload.
export {
  Unused as Admin,
  Unused as Beta,
  Unused as ChatCompletionRunner,
  Unused as ChatCompletionStream,
  Unused as ChatCompletionStreamingRunner,
  Unused as Responses,
};
