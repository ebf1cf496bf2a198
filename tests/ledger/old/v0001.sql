BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('v0001');
CREATE TABLE deals (
	account TEXT DEFAULT '' NOT NULL, 
	id TEXT DEFAULT '' NOT NULL, 
	platform TEXT DEFAULT '' NOT NULL, 
	client TEXT DEFAULT '' NOT NULL, 
	job TEXT DEFAULT '' NOT NULL, 
	note TEXT DEFAULT '' NOT NULL, 
	opened TEXT NOT NULL, 
	CONSTRAINT pk_deals PRIMARY KEY (account, id)
)
 STRICT

;
INSERT INTO "deals" VALUES('home','deal-山田商店','','山田商店','合言葉-山田商店','','2026-11-24T03:00:00.000000Z');
CREATE TABLE events (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	account TEXT DEFAULT '' NOT NULL, 
	deal TEXT DEFAULT '' NOT NULL, 
	kind TEXT DEFAULT '' NOT NULL, 
	why TEXT DEFAULT '' NOT NULL, 
	source TEXT DEFAULT '' NOT NULL, 
	note TEXT DEFAULT '' NOT NULL, 
	believed INTEGER DEFAULT '0' NOT NULL, 
	undoes INTEGER, 
	at TEXT NOT NULL, 
	recorded TEXT NOT NULL, 
	CONSTRAINT uq_events_undoes UNIQUE (undoes), 
	CONSTRAINT fk_events_undoes FOREIGN KEY(undoes) REFERENCES events (id)
)
 STRICT

;
INSERT INTO "events" VALUES(1,'home','','contract','合言葉-山田商店','print1','',0,NULL,'2026-11-24T03:00:00.000000Z','2026-11-24T03:00:00.000000Z');
INSERT INTO "events" VALUES(2,'home','deal-山田商店','contract','合言葉-山田商店','print1','',1,NULL,'2026-11-24T03:00:00.000000Z','2026-11-24T03:00:00.000000Z');
INSERT INTO "events" VALUES(3,'home','deal-山田商店','undo','','worker','合言葉-山田商店',1,2,'2026-11-24T03:00:00.000000Z','2026-11-24T03:00:00.000000Z');
CREATE TABLE findings (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	seen INTEGER NOT NULL, 
	category TEXT DEFAULT '' NOT NULL, 
	level TEXT DEFAULT '' NOT NULL, 
	rule TEXT DEFAULT '' NOT NULL, 
	rules_version TEXT DEFAULT '' NOT NULL, 
	title TEXT DEFAULT '' NOT NULL, 
	"by" TEXT DEFAULT '' NOT NULL, 
	advice TEXT DEFAULT '' NOT NULL, 
	excerpt TEXT DEFAULT '' NOT NULL, 
	how TEXT DEFAULT '' NOT NULL, 
	start INTEGER DEFAULT '0' NOT NULL, 
	"end" INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT fk_findings_seen FOREIGN KEY(seen) REFERENCES seen (id) ON DELETE CASCADE
)
 STRICT

;
INSERT INTO "findings" VALUES(1,1,'interview','danger','r','1','t','rule','','合言葉-山田商店','plain',0,8);
CREATE TABLE learned (
	account TEXT DEFAULT '' NOT NULL, 
	name TEXT DEFAULT '' NOT NULL, 
	value TEXT DEFAULT '' NOT NULL, 
	at TEXT NOT NULL, 
	CONSTRAINT pk_learned PRIMARY KEY (account, name)
)
 STRICT

;
INSERT INTO "learned" VALUES('','secret','0011223300112233001122330011223300112233001122330011223300112233','2026-11-24T03:00:00.000000Z');
CREATE TABLE marks (
	account TEXT DEFAULT '' NOT NULL, 
	folder TEXT DEFAULT '' NOT NULL, 
	uidvalidity INTEGER DEFAULT '0' NOT NULL, 
	uid INTEGER DEFAULT '0' NOT NULL, 
	at TEXT NOT NULL, 
	CONSTRAINT pk_marks PRIMARY KEY (account, folder)
)
 STRICT

;
INSERT INTO "marks" VALUES('home','INBOX',7,41,'2026-11-24T03:00:00.000000Z');
CREATE TABLE outbox (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	account TEXT DEFAULT '' NOT NULL, 
	fingerprint TEXT DEFAULT '' NOT NULL, 
	action TEXT DEFAULT '' NOT NULL, 
	target TEXT DEFAULT '' NOT NULL, 
	deal TEXT DEFAULT '' NOT NULL, 
	lane TEXT DEFAULT '' NOT NULL, 
	message_id TEXT DEFAULT '' NOT NULL, 
	payload TEXT DEFAULT '' NOT NULL, 
	state TEXT DEFAULT '' NOT NULL, 
	runner TEXT DEFAULT '' NOT NULL, 
	result TEXT DEFAULT '' NOT NULL, 
	tries INTEGER DEFAULT '0' NOT NULL, 
	doubtful INTEGER DEFAULT '0' NOT NULL, 
	planned TEXT NOT NULL, 
	due TEXT NOT NULL, 
	tried TEXT NOT NULL, 
	touched TEXT NOT NULL, 
	CONSTRAINT uq_outbox_account_fingerprint_action_target UNIQUE (account, fingerprint, action, target)
)
 STRICT

;
INSERT INTO "outbox" VALUES(1,'home','print1','warn','x','deal-山田商店','','','合言葉-山田商店','planned','','',0,0,'2026-11-24T03:00:00.000000Z','2026-11-24T03:00:00.000000Z','2026-11-24T03:00:00.000000Z','2026-11-24T03:00:00.000000Z');
CREATE TABLE quarantine (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	account TEXT DEFAULT '' NOT NULL, 
	folder TEXT DEFAULT '' NOT NULL, 
	file TEXT DEFAULT '' NOT NULL, 
	message_id TEXT DEFAULT '' NOT NULL, 
	step TEXT DEFAULT '' NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	state TEXT DEFAULT '' NOT NULL, 
	uidvalidity INTEGER DEFAULT '0' NOT NULL, 
	uid INTEGER DEFAULT '0' NOT NULL, 
	tries INTEGER DEFAULT '0' NOT NULL, 
	first TEXT NOT NULL, 
	last TEXT NOT NULL, 
	CONSTRAINT uq_quarantine_account_folder_uidvalidity_uid_file UNIQUE (account, folder, uidvalidity, uid, file)
)
 STRICT

;
INSERT INTO "quarantine" VALUES(1,'home','INBOX','','','judge','E','held',7,1,1,'2026-11-24T03:00:00.000000Z','2026-11-24T03:00:00.000000Z');
CREATE TABLE seen (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	account TEXT DEFAULT '' NOT NULL, 
	folder TEXT DEFAULT '' NOT NULL, 
	file TEXT DEFAULT '' NOT NULL, 
	fingerprint TEXT DEFAULT '' NOT NULL, 
	message_id TEXT DEFAULT '' NOT NULL, 
	sender TEXT DEFAULT '' NOT NULL, 
	subject TEXT DEFAULT '' NOT NULL, 
	channel TEXT DEFAULT '' NOT NULL, 
	kind TEXT DEFAULT '' NOT NULL, 
	client TEXT DEFAULT '' NOT NULL, 
	deal TEXT DEFAULT '' NOT NULL, 
	stage TEXT DEFAULT '' NOT NULL, 
	permission TEXT DEFAULT '' NOT NULL, 
	authentic TEXT DEFAULT '' NOT NULL, 
	level TEXT DEFAULT '' NOT NULL, 
	state TEXT DEFAULT '' NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	rules_version TEXT DEFAULT '' NOT NULL, 
	uidvalidity INTEGER DEFAULT '0' NOT NULL, 
	uid INTEGER DEFAULT '0' NOT NULL, 
	arrived TEXT NOT NULL, 
	examined TEXT NOT NULL, 
	CONSTRAINT uq_seen_account_folder_uidvalidity_uid_file UNIQUE (account, folder, uidvalidity, uid, file)
)
 STRICT

;
INSERT INTO "seen" VALUES(1,'home','INBOX','','print1','','c1@client.example','合言葉-山田商店','','','山田商店','deal-山田商店','','','','danger','examined','','',7,1,'2026-11-24T03:00:00.000000Z','2026-11-24T03:00:00.000000Z');
CREATE TABLE ties (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	account TEXT DEFAULT '' NOT NULL, 
	deal TEXT DEFAULT '' NOT NULL, 
	kind TEXT DEFAULT '' NOT NULL, 
	value TEXT DEFAULT '' NOT NULL, 
	at TEXT NOT NULL, 
	CONSTRAINT uq_ties_account_deal_kind_value UNIQUE (account, deal, kind, value)
)
 STRICT

;
INSERT INTO "ties" VALUES(1,'home','deal-山田商店','address','c1@client.example','2026-11-24T03:00:00.000000Z');
CREATE INDEX ix_seen_account_fingerprint ON seen (account, fingerprint);
CREATE INDEX ix_seen_message_id ON seen (message_id);
CREATE INDEX ix_seen_arrived ON seen (arrived);
CREATE INDEX ix_findings_seen ON findings (seen);
CREATE INDEX ix_ties_account_kind_value ON ties (account, kind, value);
CREATE INDEX ix_events_account_deal_at ON events (account, deal, at);
CREATE UNIQUE INDEX uq_events_mail ON events (account, source, kind, deal) WHERE source <> 'worker';
CREATE INDEX ix_outbox_state_due ON outbox (state, due);
CREATE INDEX ix_outbox_lane_state ON outbox (lane, state);
CREATE INDEX ix_outbox_message_id ON outbox (message_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('seen',1);
INSERT INTO "sqlite_sequence" VALUES('findings',1);
INSERT INTO "sqlite_sequence" VALUES('ties',1);
INSERT INTO "sqlite_sequence" VALUES('events',3);
INSERT INTO "sqlite_sequence" VALUES('outbox',1);
INSERT INTO "sqlite_sequence" VALUES('quarantine',1);
COMMIT;
