import { log } from "../log.ts";
import { UpstreamError } from "./failures.ts";
import { adaptImage, MAX_REFUSALS, type ParameterMemory } from "./parameters.ts";
import type { ImageRequest, Upstream } from "./upstream.ts";

/** Asks for an image without what the model's server is known to refuse, or refuses now, which costs nothing. */
export function createImageCalls(
  { createImage }: Pick<Upstream, "createImage">,
  parameters: ParameterMemory,
): Upstream["createImage"] {
  return async (body: ImageRequest, signal) => {
    const { model } = body;
    for (let refusals = 0; ; refusals += 1) {
      const adapted = adaptImage(body, parameters.of(model));
      try {
        return await createImage(adapted, signal);
      } catch (error) {
        const refused = error instanceof UpstreamError && parameters.add(model, adapted, error.refused);
        if (!refused || refusals === MAX_REFUSALS) throw error;
        log.info("upstream.parameters", { model, count: parameters.of(model).size });
      }
    }
  };
}
