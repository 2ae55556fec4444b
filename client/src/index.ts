export type * from "./api-types.ts";
export type { StreamChatEvent, StreamOptions } from "./chat-answer.ts";
export type { ConnectionEvent } from "./connection/connection-events.ts";
export type { LossReason } from "./connection/connection-lost.ts";
export { type ConnectionOptions, newKey } from "./connection/request.ts";
export type { ReconnectOptions } from "./connection/retry.ts";
export { type GeneratePersonasOptions, generatePersonas } from "./generate-personas.ts";
export type * from "./operations-types.ts";
export {
  type FollowPortraitsOptions,
  fetchPersonaSet,
  followPortraits,
  type SetOptions,
} from "./persona-sets.ts";
export { portraitAlt, portraitSrcSet, portraitUrl } from "./portrait-image.ts";
export { AskNewtonError, type ClientCode } from "./problem.ts";
export { resumeChat, type StreamChatOptions, stopChat, streamChat } from "./stream-chat.ts";
