import { AskDecision } from "@/features/gates/ask-decision";
import { InboxScreen } from "@/features/inbox/inbox-screen";
import { AskStage } from "@/features/projects/ask-stage";

export default function InboxRoute() {
  return <InboxScreen DecisionDialog={AskDecision} StageDialog={AskStage} />;
}
