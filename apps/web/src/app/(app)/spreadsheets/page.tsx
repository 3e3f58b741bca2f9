import { SpreadsheetScreen } from "@/features/spreadsheets/spreadsheet-screen";

export default function SpreadsheetRoute() {
  return <SpreadsheetScreen />;
}
