// A table of records that are all there: sortable where its columns say so, with a header that stays. Lists that are
// read page by page have their own (pages/runs).

import {
  createColumnHelper,
  createSortedRowModel,
  rowSortingFeature,
  sortFns,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { ArrowDown, ArrowUp } from "lucide-react";
import type { ReactNode } from "react";

export type DataColumn<Row> = {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** What it is sorted by; without it the column does not sort. Null goes last. */
  sortBy?: (row: Row) => string | number | null;
  isNumber?: boolean;
};

const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns,
});

/** `caption` says what the table holds, to those who do not see it. */
export function DataTable<Row>(of: {
  caption: string;
  columns: readonly DataColumn<Row>[];
  rows: readonly Row[];
  rowId: (row: Row) => string;
}) {
  const { caption, columns, rows, rowId } = of;
  const column = createColumnHelper<typeof features, Row & object>();
  const table = useTable({
    features,
    data: rows as readonly (Row & object)[] as (Row & object)[],
    getRowId: rowId,
    columns: column.columns(
      columns.map(({ id, header, cell, sortBy }) =>
        column.accessor((row): unknown => sortBy?.(row) ?? undefined, {
          id,
          header,
          enableSorting: sortBy !== undefined,
          sortUndefined: "last",
          cell: ({ row }) => cell(row.original),
        }),
      ),
    ),
  });
  const numbers = new Set(columns.filter(({ isNumber }) => isNumber).map(({ id }) => id));
  return (
    <div className="records">
      <table>
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              {group.headers.map((header) => (
                <HeadCell
                  key={header.id}
                  words={columns.find(({ id }) => id === header.column.id)?.header ?? ""}
                  isNumber={numbers.has(header.column.id)}
                  sorted={header.column.getIsSorted()}
                  onSort={header.column.getCanSort() ? header.column.getToggleSortingHandler() : undefined}
                />
              ))}
            </tr>
          ))}
        </thead>
        <tbody>
          {table.getRowModel().rows.map((row) => (
            <tr key={row.id}>
              {row.getAllCells().map((cell) => (
                <td key={cell.id} className={numbers.has(cell.column.id) ? "number" : undefined}>
                  <table.FlexRender cell={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const orders = { asc: "ascending", desc: "descending" } as const;

type Sorted = false | "asc" | "desc";

function HeadCell(of: {
  words: string;
  isNumber: boolean;
  sorted: Sorted;
  onSort: ((event: unknown) => void) | undefined;
}) {
  const { words, isNumber, sorted, onSort } = of;
  return (
    <th
      scope="col"
      className={isNumber ? "number" : undefined}
      aria-sort={sorted === false ? undefined : orders[sorted]}
    >
      {onSort === undefined ? (
        words
      ) : (
        <button type="button" onClick={onSort}>
          {words}
          <SortMark sorted={sorted} />
        </button>
      )}
    </th>
  );
}

function SortMark({ sorted }: { sorted: Sorted }) {
  if (sorted === false) return null;
  return sorted === "asc" ? <ArrowUp size={12} aria-hidden /> : <ArrowDown size={12} aria-hidden />;
}
