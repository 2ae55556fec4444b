export type { StreamChatEvent, StreamOptions } from "./chat-run.ts";
export type { ConnectionEvent } from "./connection-events.ts";
export { type GeneratePersonasOptions, generatePersonas } from "./generate-personas.ts";
export type { ReconnectOptions } from "./patience.ts";
export {
  type FollowPortraitsOptions,
  fetchPersonaSet,
  followPortraits,
  portraitUrl,
  type SetOptions,
} from "./portraits.ts";
export { AskNewtonError, type ClientCode, type LossReason } from "./problem.ts";
export { type ConnectionOptions, newKey } from "./request.ts";
export { resumeChat, type StreamChatOptions, stopChat, streamChat } from "./stream-chat.ts";
export type * from "./wire.ts";
export type * from "./wire-operations.ts";
