import { Suspense } from "react";
import { SetupScreen } from "@/features/setup/setup-screen";

export default function SetupRoute() {
  return (
    <Suspense>
      <SetupScreen />
    </Suspense>
  );
}
