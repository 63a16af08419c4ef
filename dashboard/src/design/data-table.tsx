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
              {group.headers.map((header) => {
                const sorted = header.column.getIsSorted();
                const words = columns.find(({ id }) => id === header.column.id)?.header;
                return (
                  <th
                    key={header.id}
                    scope="col"
                    className={numbers.has(header.column.id) ? "number" : undefined}
                    aria-sort={sorted === false ? undefined : orders[sorted]}
                  >
                    {header.column.getCanSort() ? (
                      <button type="button" onClick={header.column.getToggleSortingHandler()}>
                        {words}
                        <SortMark sorted={sorted} />
                      </button>
                    ) : (
                      words
                    )}
                  </th>
                );
              })}
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

function SortMark({ sorted }: { sorted: false | "asc" | "desc" }) {
  if (sorted === false) return null;
  return sorted === "asc" ? <ArrowUp size={12} aria-hidden /> : <ArrowDown size={12} aria-hidden />;
}
