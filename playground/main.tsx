import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { watchAdminLinks } from "./admin-token.ts";
import { App } from "./app.tsx";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/layout.css";
import "./styles/personas.css";
import "./styles/chat.css";
import "./styles/markdown.css";
import "./styles/savings.css";

watchAdminLinks();
const place = document.getElementById("app");
if (place) {
  createRoot(place).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
