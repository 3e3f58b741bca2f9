import { WelcomeScreen } from "@/features/portfolio/welcome-screen";

export default function WelcomeRoute() {
  return <WelcomeScreen />;
}
