import { PortfolioScreen } from "@/features/portfolio/portfolio-screen";

export default function PortfolioRoute() {
  return <PortfolioScreen />;
}
