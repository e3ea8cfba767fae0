/** Marks a SQLite file as a gradebook of genlab's ("gnlb"). */
export const applicationId = 0x676e6c62;

/**
 * The gradebook's tables, version by version. A version that was released is never changed: what comes later is one more
 * entry.
 */
export const migrations: readonly string[] = [
  `create table attempts (
     id integer primary key,
     student text not null,
     lesson text not null,
     number integer not null check (number > 0),
     submitted_at text not null,
     hash text not null check (length(hash) = 64),
     file text not null unique,
     -- Why it is to be graded: 'new', or the moment a regrade was asked for; null where it is graded.
     wanted text default 'new',
     unique (student, lesson, number)
   ) strict;
   create index attempts_by_content on attempts (student, lesson, hash);

   create table results (
     id integer primary key,
     attempt integer not null references attempts (id),
     graded_at text not null,
     release text not null,
     score real not null,
     max_score real not null,
     result text not null
   ) strict;
   create index results_by_attempt on results (attempt);

   create table marks (
     id integer primary key,
     attempt integer not null references attempts (id),
     grade_id text not null,
     points real not null,
     max_points real not null,
     rubric text not null,
     comment text,
     by text not null,
     at text not null
   ) strict;
   create index marks_by_attempt on marks (attempt);`,
];
