BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003');
CREATE TABLE audit (
	id INTEGER NOT NULL, 
	at VARCHAR NOT NULL, 
	connection VARCHAR NOT NULL, 
	operation VARCHAR NOT NULL, 
	request TEXT NOT NULL, 
	status INTEGER, 
	answer TEXT NOT NULL, 
	seconds VARCHAR, 
	outcome VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	signal_id INTEGER, 
	order_id INTEGER, 
	client_order_id VARCHAR, 
	previous VARCHAR NOT NULL, 
	hash VARCHAR NOT NULL, 
	CONSTRAINT pk_audit PRIMARY KEY (id)
);
INSERT INTO "audit" VALUES(1,'2026-11-20T15:30:01.000000Z','Demo','POST order/placeorder','{"orderQty":1}',200,'{"orderId":1001}','0.125000','accepted','',NULL,1001,NULL,'0000000000000000000000000000000000000000000000000000000000000000','7e60a2863fc17f68d27a047f4bd609555bf2c13045927330e8b80a19029271b3');
INSERT INTO "audit" VALUES(2,'2026-11-20T15:30:02.000000Z','Demo','POST order/placeorder','{"orderQty":2}',200,'{"orderId":1002}','0.125000','accepted','',NULL,1002,NULL,'7e60a2863fc17f68d27a047f4bd609555bf2c13045927330e8b80a19029271b3','c51ce9cb0c0e726f7b08d820651945a6a4520c4968f29f3d0e2201dc0991c9f5');
INSERT INTO "audit" VALUES(3,'2026-11-20T15:30:03.000000Z','Demo','POST order/placeorder','{"orderQty":3}',200,'{"orderId":1003}','0.125000','accepted','',NULL,1003,NULL,'c51ce9cb0c0e726f7b08d820651945a6a4520c4968f29f3d0e2201dc0991c9f5','d67c0a2b68287ece54d412ece3d7c3dba8599ce7c079b22aa5ba5c99a3904608');
INSERT INTO "audit" VALUES(4,'2026-11-20T15:30:04.000000Z','Demo','POST order/placeorder','{"orderQty":4}',200,'{"orderId":1004}','0.125000','accepted','',NULL,1004,NULL,'d67c0a2b68287ece54d412ece3d7c3dba8599ce7c079b22aa5ba5c99a3904608','d9e6e377ddec39f505f7c7026edbb5bda1c859bc42762fac61622fa3a6ad030d');
INSERT INTO "audit" VALUES(5,'2026-11-20T15:30:05.000000Z','Demo','POST order/placeorder','{"orderQty":5}',200,'{"orderId":1005}','0.125000','accepted','',NULL,1005,NULL,'d9e6e377ddec39f505f7c7026edbb5bda1c859bc42762fac61622fa3a6ad030d','ab5bb76ca408b78e766fdb008938772b595ce2ab202284e23d8f1facec36d8b8');
CREATE TABLE audit_head (
	id INTEGER NOT NULL, 
	audit_id INTEGER NOT NULL, 
	hash VARCHAR NOT NULL, 
	CONSTRAINT pk_audit_head PRIMARY KEY (id)
);
INSERT INTO "audit_head" VALUES(1,5,'ab5bb76ca408b78e766fdb008938772b595ce2ab202284e23d8f1facec36d8b8');
CREATE TABLE heartbeat (
	id INTEGER NOT NULL, 
	at VARCHAR NOT NULL, 
	CONSTRAINT pk_heartbeat PRIMARY KEY (id)
);
INSERT INTO "heartbeat" VALUES(1,'2026-11-21T17:30:04.930300Z');
CREATE TABLE imported_signals (
	id INTEGER NOT NULL, 
	"key" BLOB NOT NULL, 
	file VARCHAR NOT NULL, 
	source_id VARCHAR NOT NULL, 
	recorder VARCHAR NOT NULL, 
	received_at VARCHAR, 
	action VARCHAR, 
	symbol VARCHAR, 
	price VARCHAR, 
	"row" TEXT NOT NULL, 
	CONSTRAINT pk_imported_signals PRIMARY KEY (id)
);
CREATE TABLE imported_trades (
	id INTEGER NOT NULL, 
	"key" BLOB NOT NULL, 
	file VARCHAR NOT NULL, 
	source_table VARCHAR NOT NULL, 
	source_id VARCHAR NOT NULL, 
	in_journal BOOLEAN NOT NULL, 
	recorder VARCHAR NOT NULL, 
	symbol VARCHAR NOT NULL, 
	side VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	quantity INTEGER NOT NULL, 
	entry_price VARCHAR, 
	exit_price VARCHAR, 
	opened_at VARCHAR, 
	closed_at VARCHAR, 
	profit VARCHAR, 
	fees VARCHAR, 
	drawdown VARCHAR, 
	run_up VARCHAR, 
	adds INTEGER, 
	exit_reason VARCHAR, 
	notes TEXT, 
	"row" TEXT NOT NULL, 
	CONSTRAINT pk_imported_trades PRIMARY KEY (id)
);
CREATE TABLE last_prices (
	symbol VARCHAR NOT NULL, 
	price VARCHAR NOT NULL, 
	at VARCHAR NOT NULL, source VARCHAR, 
	CONSTRAINT pk_last_prices PRIMARY KEY (symbol)
);
INSERT INTO "last_prices" VALUES('MNQ1!','25610','2026-11-21T17:30:04.924393Z','alerts');
INSERT INTO "last_prices" VALUES('MES1!','6995','2026-11-20T15:34:00.000000Z','alerts');
INSERT INTO "last_prices" VALUES('ZN1!','110.5','2026-11-20T15:35:00.000000Z','alerts');
CREATE TABLE position_legs (
	id INTEGER NOT NULL, 
	position_id INTEGER NOT NULL, 
	signal_id INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	quantity INTEGER NOT NULL, 
	price VARCHAR, 
	at VARCHAR NOT NULL, 
	CONSTRAINT pk_position_legs PRIMARY KEY (id), 
	CONSTRAINT fk_position_legs_position_id_recorder_positions FOREIGN KEY(position_id) REFERENCES recorder_positions (id), 
	CONSTRAINT fk_position_legs_signal_id_signals FOREIGN KEY(signal_id) REFERENCES signals (id)
);
INSERT INTO "position_legs" VALUES(1,1,1,'entry',1,'25600','2026-11-20T15:31:00.000000Z');
INSERT INTO "position_legs" VALUES(2,1,2,'entry',1,'25594','2026-11-20T15:32:00.000000Z');
INSERT INTO "position_legs" VALUES(3,2,3,'entry',1,'7000','2026-11-20T15:33:00.000000Z');
INSERT INTO "position_legs" VALUES(4,2,4,'exit',1,'6995','2026-11-20T15:34:00.000000Z');
INSERT INTO "position_legs" VALUES(5,3,5,'entry',1,'110.5','2026-11-20T15:35:00.000000Z');
CREATE TABLE position_paths (
	position_id INTEGER NOT NULL, 
	part INTEGER NOT NULL, 
	points BLOB NOT NULL, 
	CONSTRAINT pk_position_paths PRIMARY KEY (position_id, part)
);
INSERT INTO "position_paths" VALUES(2,1,X'0000000B1AC0DA4100000000000000000000001A1AC0DA4100000000000039C0');
INSERT INTO "position_paths" VALUES(1,1,X'000000ED19C0DA410000000000000000000000FC19C0DA4100000000000028C0D995144775C0DA410000000000003CC041293B4775C0DA410000000000004A40');
INSERT INTO "position_paths" VALUES(3,1,X'000000291AC0DA410000000000000000');
CREATE TABLE products (
	symbol VARCHAR NOT NULL, 
	tick_size VARCHAR NOT NULL, 
	tick_value VARCHAR NOT NULL, 
	currency VARCHAR NOT NULL, jump_ticks INTEGER, 
	CONSTRAINT pk_products PRIMARY KEY (symbol)
);
CREATE TABLE recorder_positions (
	id INTEGER NOT NULL, 
	recorder_id INTEGER NOT NULL, 
	symbol VARCHAR NOT NULL, 
	side VARCHAR NOT NULL, 
	quantity INTEGER NOT NULL, 
	max_quantity INTEGER NOT NULL, 
	entered_quantity INTEGER NOT NULL, 
	exited_quantity INTEGER NOT NULL, 
	priced BOOLEAN NOT NULL, 
	entry_value VARCHAR NOT NULL, 
	exit_value VARCHAR NOT NULL, 
	open_cost VARCHAR NOT NULL, 
	avg_entry_price VARCHAR, 
	current_price VARCHAR, 
	unrealized_pnl VARCHAR, 
	worst_unrealized_pnl VARCHAR NOT NULL, 
	best_unrealized_pnl VARCHAR NOT NULL, 
	exit_price VARCHAR, 
	exit_reason VARCHAR, 
	realized_pnl VARCHAR, 
	tick_size VARCHAR, 
	tick_value VARCHAR, 
	currency VARCHAR, 
	status VARCHAR NOT NULL, 
	opened_at VARCHAR NOT NULL, 
	closed_at VARCHAR, 
	updated_at VARCHAR NOT NULL, favourable_price VARCHAR, take_profit VARCHAR, stop_loss VARCHAR, risk VARCHAR, 
	CONSTRAINT pk_recorder_positions PRIMARY KEY (id), 
	CONSTRAINT fk_recorder_positions_recorder_id_recorders FOREIGN KEY(recorder_id) REFERENCES recorders (id)
);
INSERT INTO "recorder_positions" VALUES(1,1,'MNQ1!','LONG',2,2,2,0,1,'51194','0','51194','25597','25610','52','-28','52',NULL,NULL,'0','0.25','0.5','USD','open','2026-11-20T15:31:00.000000Z',NULL,'2026-11-20T15:32:00.000000Z','25610',NULL,NULL,NULL);
INSERT INTO "recorder_positions" VALUES(2,1,'MES1!','LONG',0,1,1,1,1,'7000','6995','0','7000','6995','0','-25','0','6995','signal','-25','0.25','1.25','USD','closed','2026-11-20T15:33:00.000000Z','2026-11-20T15:34:00.000000Z','2026-11-20T15:34:00.000000Z','7000',NULL,NULL,NULL);
INSERT INTO "recorder_positions" VALUES(3,1,'ZN1!','SHORT',1,1,1,0,1,'110.5','0','110.5','110.5','110.5','0','0','0',NULL,NULL,'0','0.015625','15.625','USD','open','2026-11-20T15:35:00.000000Z',NULL,'2026-11-20T15:35:00.000000Z','110.5',NULL,NULL,NULL);
CREATE TABLE recorders (
	id INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	token VARCHAR NOT NULL, 
	enabled BOOLEAN NOT NULL, 
	quantity INTEGER NOT NULL, 
	multiplier INTEGER NOT NULL, 
	symbol VARCHAR, 
	opposite VARCHAR NOT NULL, 
	follow_position BOOLEAN NOT NULL, exits VARCHAR, 
	CONSTRAINT pk_recorders PRIMARY KEY (id), 
	CONSTRAINT uq_recorders_name UNIQUE (name), 
	CONSTRAINT uq_recorders_token UNIQUE (token)
);
INSERT INTO "recorders" VALUES(1,'ORB','jLhegpL_bDuOCET-hrSKIzl2iTHCnZwgbQoHXaNJUTg',1,1,1,NULL,'net',1,NULL);
CREATE TABLE signals (
	id INTEGER NOT NULL, 
	recorder_id INTEGER NOT NULL, 
	received_at VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	content_type VARCHAR NOT NULL, 
	body TEXT NOT NULL, 
	outcome VARCHAR NOT NULL, 
	reason VARCHAR, 
	gap VARCHAR, 
	action VARCHAR, 
	ticker VARCHAR, 
	symbol VARCHAR, 
	quantity INTEGER, 
	price VARCHAR, 
	target INTEGER, 
	percent VARCHAR, 
	previous INTEGER, 
	sent_at VARCHAR, 
	instruction_action VARCHAR, 
	instruction_quantity INTEGER, 
	instruction_percent VARCHAR, 
	instruction_target INTEGER, 
	instruction_opposite VARCHAR, 
	fill_price VARCHAR, 
	first_tick_price VARCHAR, 
	position_id INTEGER, 
	"key" BLOB, 
	repeats INTEGER NOT NULL, 
	last_repeat_at VARCHAR, exit_reason VARCHAR, take_profit VARCHAR, stop_loss VARCHAR, 
	CONSTRAINT pk_signals PRIMARY KEY (id), 
	CONSTRAINT fk_signals_recorder_id_recorders FOREIGN KEY(recorder_id) REFERENCES recorders (id)
);
INSERT INTO "signals" VALUES(1,1,'2026-11-20T15:31:00.000000Z','alert','','body 1','applied',NULL,NULL,'buy','MNQ1!','MNQ1!',NULL,'25600',NULL,NULL,NULL,NULL,'buy',1,NULL,NULL,'net','25600',NULL,1,NULL,0,NULL,NULL,NULL,NULL);
INSERT INTO "signals" VALUES(2,1,'2026-11-20T15:32:00.000000Z','alert','','body 2','applied',NULL,NULL,'buy','MNQ1!','MNQ1!',NULL,'25594',NULL,NULL,NULL,NULL,'buy',1,NULL,NULL,'net','25594',NULL,1,NULL,0,NULL,NULL,NULL,NULL);
INSERT INTO "signals" VALUES(3,1,'2026-11-20T15:33:00.000000Z','alert','','body 3','applied',NULL,NULL,'buy','MES1!','MES1!',NULL,'7000',NULL,NULL,NULL,NULL,'buy',1,NULL,NULL,'net','7000',NULL,2,NULL,0,NULL,NULL,NULL,NULL);
INSERT INTO "signals" VALUES(4,1,'2026-11-20T15:34:00.000000Z','alert','','body 4','applied',NULL,NULL,'close','MES1!','MES1!',NULL,'6995',NULL,NULL,NULL,NULL,'close',NULL,NULL,NULL,'net','6995',NULL,2,NULL,0,NULL,NULL,NULL,NULL);
INSERT INTO "signals" VALUES(5,1,'2026-11-20T15:35:00.000000Z','alert','','body 5','applied',NULL,NULL,'sell','ZN1!','ZN1!',NULL,'110.5',NULL,NULL,NULL,NULL,'sell',1,NULL,NULL,'net','110.5',NULL,3,NULL,0,NULL,NULL,NULL,NULL);
CREATE TABLE trade_notes (
	origin VARCHAR NOT NULL, 
	trade_id INTEGER NOT NULL, 
	notes TEXT NOT NULL, 
	tags TEXT NOT NULL, 
	CONSTRAINT pk_trade_notes PRIMARY KEY (origin, trade_id)
);
INSERT INTO "trade_notes" VALUES('signals',2,'too early','["late"]');
CREATE INDEX ix_recorder_positions_closed_at ON recorder_positions (closed_at);
CREATE UNIQUE INDEX uq_recorder_positions_open ON recorder_positions (recorder_id, symbol) WHERE status = 'open';
CREATE INDEX ix_signals_unpriced ON signals (position_id) WHERE fill_price IS NULL AND position_id IS NOT NULL;
CREATE UNIQUE INDEX uq_signals_key ON signals ("key");
CREATE INDEX ix_position_legs_position_id ON position_legs (position_id);
CREATE UNIQUE INDEX uq_imported_trades_key ON imported_trades ("key");
CREATE UNIQUE INDEX uq_imported_signals_key ON imported_signals ("key");
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END;
CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id >= NEW.id) BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END;
CREATE TRIGGER audit_head_no_delete BEFORE DELETE ON audit_head BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END;
CREATE TRIGGER audit_head_no_replace BEFORE INSERT ON audit_head WHEN EXISTS (SELECT 1 FROM audit_head WHERE audit_id >= NEW.audit_id) BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END;
CREATE TRIGGER audit_head_forward BEFORE UPDATE ON audit_head WHEN NEW.id <> OLD.id OR NEW.audit_id <= OLD.audit_id BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END;
COMMIT;
