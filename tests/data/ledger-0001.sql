BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE heartbeat (
	id INTEGER NOT NULL, 
	at VARCHAR NOT NULL, 
	CONSTRAINT pk_heartbeat PRIMARY KEY (id)
);
INSERT INTO "heartbeat" VALUES(1,'2026-11-21T12:24:25.776132Z');
CREATE TABLE last_prices (
	symbol VARCHAR NOT NULL, 
	price VARCHAR NOT NULL, 
	at VARCHAR NOT NULL, 
	CONSTRAINT pk_last_prices PRIMARY KEY (symbol)
);
INSERT INTO "last_prices" VALUES('MNQ1!','25594','2026-11-21T12:24:25.689217Z');
INSERT INTO "last_prices" VALUES('MES1!','6995','2026-11-21T12:24:25.693121Z');
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
INSERT INTO "position_legs" VALUES(1,1,1,'entry',2,'25600','2026-11-21T12:24:25.680438Z');
INSERT INTO "position_legs" VALUES(2,1,2,'entry',1,'25594','2026-11-21T12:24:25.689217Z');
INSERT INTO "position_legs" VALUES(3,2,3,'entry',1,'7000','2026-11-21T12:24:25.691309Z');
INSERT INTO "position_legs" VALUES(4,2,4,'exit',1,'6995','2026-11-21T12:24:25.693121Z');
CREATE TABLE products (
	symbol VARCHAR NOT NULL, 
	tick_size VARCHAR NOT NULL, 
	tick_value VARCHAR NOT NULL, 
	currency VARCHAR NOT NULL, 
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
	updated_at VARCHAR NOT NULL, 
	CONSTRAINT pk_recorder_positions PRIMARY KEY (id), 
	CONSTRAINT fk_recorder_positions_recorder_id_recorders FOREIGN KEY(recorder_id) REFERENCES recorders (id)
);
INSERT INTO "recorder_positions" VALUES(1,1,'MNQ1!','LONG',3,3,3,0,1,'76794','0','76794','25598','25594','-24','-40','0',NULL,NULL,'0','0.25','0.5','USD','open','2026-11-21T12:24:25.680438Z',NULL,'2026-11-21T12:24:25.689217Z');
INSERT INTO "recorder_positions" VALUES(2,1,'MES1!','SHORT',0,1,1,1,1,'7000','6995','0','7000','6995','0','0','25','6995','signal','25','0.25','1.25','USD','closed','2026-11-21T12:24:25.691309Z','2026-11-21T12:24:25.693121Z','2026-11-21T12:24:25.693121Z');
CREATE TABLE recorders (
	id INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	token VARCHAR NOT NULL, 
	enabled BOOLEAN NOT NULL, 
	quantity INTEGER NOT NULL, 
	multiplier INTEGER NOT NULL, 
	symbol VARCHAR, 
	opposite VARCHAR NOT NULL, 
	follow_position BOOLEAN NOT NULL, 
	CONSTRAINT pk_recorders PRIMARY KEY (id), 
	CONSTRAINT uq_recorders_name UNIQUE (name), 
	CONSTRAINT uq_recorders_token UNIQUE (token)
);
INSERT INTO "recorders" VALUES(1,'ORB','31YSFebV74Y_Cle-BtskOXY06WIX3UpUVbvVQFnmUJQ',1,1,1,NULL,'net',1);
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
	last_repeat_at VARCHAR, 
	CONSTRAINT pk_signals PRIMARY KEY (id), 
	CONSTRAINT fk_signals_recorder_id_recorders FOREIGN KEY(recorder_id) REFERENCES recorders (id)
);
INSERT INTO "signals" VALUES(1,1,'2026-11-21T12:24:25.680438Z','alert','','{"action": "buy", "ticker": "MNQ1!", "quantity": 2, "price": "25600", "id": "a"}','applied',NULL,NULL,'buy','MNQ1!','MNQ1!',2,'25600',NULL,NULL,NULL,NULL,'buy',2,NULL,NULL,'net','25600',NULL,1,X'41A23E53F70A29F1F7F98DB6A8B7188E',0,NULL);
INSERT INTO "signals" VALUES(2,1,'2026-11-21T12:24:25.689217Z','alert','','{"action": "buy", "ticker": "MNQ1!", "quantity": 1, "price": "25594"}','applied',NULL,NULL,'buy','MNQ1!','MNQ1!',1,'25594',NULL,NULL,NULL,NULL,'buy',1,NULL,NULL,'net','25594',NULL,1,NULL,0,NULL);
INSERT INTO "signals" VALUES(3,1,'2026-11-21T12:24:25.691309Z','alert','','{"action": "sell", "ticker": "MES1!", "quantity": 1, "price": "7000"}','applied',NULL,NULL,'sell','MES1!','MES1!',1,'7000',NULL,NULL,NULL,NULL,'sell',1,NULL,NULL,'net','7000',NULL,2,NULL,0,NULL);
INSERT INTO "signals" VALUES(4,1,'2026-11-21T12:24:25.693121Z','alert','','{"action": "close", "ticker": "MES1!", "price": "6995"}','applied',NULL,NULL,'close','MES1!','MES1!',NULL,'6995',0,NULL,NULL,NULL,'close',NULL,NULL,NULL,'net','6995',NULL,2,NULL,0,NULL);
INSERT INTO "signals" VALUES(5,1,'2026-11-21T12:24:25.694973Z','alert','','{"action": "hello there"}','unreadable','action hello there is no action this app knows',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL);
CREATE INDEX ix_recorder_positions_closed_at ON recorder_positions (closed_at);
CREATE UNIQUE INDEX uq_recorder_positions_open ON recorder_positions (recorder_id, symbol) WHERE status = 'open';
CREATE INDEX ix_signals_unpriced ON signals (position_id) WHERE fill_price IS NULL AND position_id IS NOT NULL;
CREATE UNIQUE INDEX uq_signals_key ON signals ("key");
CREATE INDEX ix_position_legs_position_id ON position_legs (position_id);
COMMIT;
