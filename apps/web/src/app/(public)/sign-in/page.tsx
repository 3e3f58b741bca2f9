import { Suspense } from "react";
import { SignInScreen } from "@/features/sign-in/sign-in-screen";

/** The boundary is for the address's `?next=`, which the export cannot know. */
export default function SignInRoute() {
  return (
    <Suspense>
      <SignInScreen />
    </Suspense>
  );
}
