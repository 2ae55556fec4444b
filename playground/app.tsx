import type { ChatMessage } from "asknewton/client";
import { useState } from "react";
import { Chat } from "./chat.tsx";
import { useDeployment } from "./deployment.ts";
import { LeadForm } from "./lead-form.tsx";
import { LEADS } from "./leads.ts";
import { Personas } from "./personas.tsx";
import { Savings } from "./savings.tsx";
import { TopBar } from "./top-bar.tsx";
import { useSet } from "./use-set.ts";

type Conversations = Readonly<Record<string, readonly ChatMessage[]>>;

export function App() {
  const deployment = useDeployment();
  const [lead, setLead] = useState(LEADS[0]);
  const made = useSet();
  const [selectedId, setSelectedId] = useState<string>();
  const [conversations, setConversations] = useState<Conversations>({});
  const persona = made.set?.personas.find(({ id }) => id === selectedId);

  return (
    <>
      <a className="skip" href="#main">
        Skip to the personas
      </a>
      <TopBar {...deployment} />
      <div className="layout">
        <aside className="side">
          <div className="intro">
            <h1>Who might this lead be?</h1>
            <p className="quiet">
              Fill in a lead. A model imagines the people behind it; then ask Newton on their behalf.
            </p>
          </div>
          <LeadForm {...{ lead }} onChange={setLead} onSubmit={() => made.make(lead)} busy={made.isLoading} />
        </aside>
        <main id="main" tabIndex={-1}>
          <Personas
            {...{ made, selectedId }}
            onTalk={setSelectedId}
            onRefresh={() => made.make(lead, true)}
          />
          {made.set && persona && (
            <Chat
              key={persona.id}
              {...{ persona }}
              setId={made.set.setId}
              messages={conversations[persona.id] ?? []}
              onMessages={(messages) => setConversations((before) => ({ ...before, [persona.id]: messages }))}
            />
          )}
          <Savings revision={made.set?.createdAt} />
        </main>
      </div>
    </>
  );
}
