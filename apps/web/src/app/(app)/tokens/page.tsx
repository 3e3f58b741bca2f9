import { TokensScreen } from "@/features/tokens/tokens-screen";

export default function TokensRoute() {
  return <TokensScreen />;
}
